import { ask } from "./pipe.ts";

/** The browser's three questions, asked of the client whose cell runs. */
export function installInput(): void {
  Object.assign(globalThis, { prompt, confirm, alert });
}

function prompt(
  message = "Prompt",
  defaultValue = "",
  { password = false }: { readonly password?: boolean } = {},
): string {
  const offer = defaultValue === "" ? "" : ` [${defaultValue}]`;
  return ask(`${message}${offer}`, password) || defaultValue;
}

function confirm(message = "Confirm"): boolean {
  return /^y(es)?$/i.test(ask(`${message} [y/N] `, false));
}

function alert(message = "Alert"): void {
  ask(`${message} [Enter] `, false);
}

/** Asks for a word that is not shown while it is typed. */
export function password(message = "Password: "): string {
  return ask(message, true);
}
