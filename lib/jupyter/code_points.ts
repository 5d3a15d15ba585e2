/**
 * Jupyter counts cursor positions in Unicode code points, JavaScript in UTF-16 code units: they
 * differ behind characters above U+FFFF.
 *
 * Source: Jupyter messaging 5.5, "cursor_pos unicode note".
 */

/** The UTF-16 offset of the `count`-th code point, at most the length of `text`. */
export function utf16Offset(text: string, count: number): number {
  let offset = 0;
  for (let left = count; left > 0 && offset < text.length; left--) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

/** How many code points start before a UTF-16 offset. */
export function codePointCount(text: string, offset: number): number {
  let count = 0;
  for (let at = 0; at < Math.min(offset, text.length); count++) {
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  return count;
}
