/** What an answer that is not the one hoped for says: the message of its Status, or its text, in one line. */
export function saidIn(text: string): string {
  const { message } = statusIn(text);
  return (typeof message === 'string' ? message : text).replace(/\s+/g, ' ').trim().slice(0, 300);
}

function statusIn(text: string): { readonly message?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {}; // No Status then, which is why there is the text.
  }
}
