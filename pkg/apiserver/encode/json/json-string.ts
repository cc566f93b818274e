const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** 1 for ASCII of which nothing is escaped: nearly all names and labels are made of it. */
export const plainCharacters: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x20 && code < 0x7f && !'"\\<>&'.includes(String.fromCharCode(code)) ? 1 : 0,
);

/** Whether a string stands for itself between quotation marks. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (plainCharacters[text.charCodeAt(at)] !== 1) return false;
  return true;
}

/** A string as Go's encoder prints it: `<`, `>`, `&` and the two line separators are escaped too. */
export function jsonString(text: string): string {
  return isPlain(text) ? `"${text}"` : escapedForHtml(JSON.stringify(text));
}

/** Any plain value in compact JSON, members in the order they have, strings as Go prints them. */
export function jsonValue(value: unknown): string {
  return escapedForHtml(JSON.stringify(value));
}

function escapedForHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? character);
}
