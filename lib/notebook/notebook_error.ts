/** Thrown for a notebook file that cannot be used; its message is one line. */
export class NotebookError extends SyntaxError {
  override readonly name = "NotebookError";
  readonly file: string;
  /** Path of the field, such as `cells[2].source`; empty when the whole file is meant. */
  readonly field: string;
  readonly found: string;
  readonly mend: string;

  constructor({ file, field, found, mend }: Readonly<Record<keyof NotebookFault, string>>) {
    super(`Cannot read notebook ${file}: ${field && `${field} is `}${found}; ${mend}`);
    this.file = file;
    this.field = field;
    this.found = found;
    this.mend = mend;
  }
}

type NotebookFault = Pick<NotebookError, "file" | "field" | "found" | "mend">;
