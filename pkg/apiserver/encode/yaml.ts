/** A plain value in YAML as Kubernetes prints it: keys sorted, sequences not indented below their key, lines never folded. */
export function yamlOf(value: unknown): string {
  return `${block(value, '').replace(/^\n/, '')}\n`;
}

/**
 * Compact JSON in pieces, in YAML. A piece is a whole document, or there is a head that opens the one long array at the
 * end of the document, its items with leading commas, and a tail that closes both: what `listJson` and `tableJson` make.
 * Empty pieces are passed on.
 */
export function* yamlPieces(pieces: Iterable<string>): Iterable<string> {
  let head = '';
  let tail = '';
  for (const piece of pieces) {
    if (piece === '') {
      yield '';
      continue;
    }
    if (head === '') {
      head = piece;
      continue;
    }
    if (piece.startsWith(']')) break;
    if (tail === '') {
      const [before, after] = aroundItems(head);
      yield before;
      tail = after;
    }
    yield yamlOf([JSON.parse(piece.replace(/^,/, ''))]);
  }
  yield tail || yamlOf(JSON.parse(head.endsWith('[') ? `${head}]}` : head));
}

/** The document of a head without its items, cut where they belong. */
function aroundItems(head: string): readonly [before: string, after: string] {
  const key = /"(\w+)":\[$/.exec(head)?.[1] ?? '';
  const [before = '', after = ''] = yamlOf(JSON.parse(`${head}]}`)).split(`${key}: []\n`);
  return [`${before}${key}:\n`, after];
}

/** What stands after `key:` or `-`: a scalar led by a space, or lines led by a newline. */
function block(value: unknown, indent: string): string {
  if (Array.isArray(value)) return value.length === 0 ? ' []' : value.map((item) => entry(item, indent)).join('');
  if (typeof value === 'object' && value !== null) return mapping(value, indent);
  return ` ${typeof value === 'string' ? scalar(value, indent) : String(value)}`;
}

/** An item's first line shares the line of its dash. */
function entry(item: unknown, indent: string): string {
  return `\n${indent}-${block(item, `${indent}  `).replace(/^\n\s*/, ' ')}`;
}

function mapping(value: object, indent: string): string {
  const members = Object.entries(value).sort(([a], [b]) => inKeyOrder(a, b));
  if (members.length === 0) return ' {}';
  const lines = members.map(([key, member]) => {
    const inside = Array.isArray(member) ? indent : `${indent}  `;
    return `\n${indent}${key.includes('\n') ? JSON.stringify(key) : scalar(key, indent)}:${block(member, inside)}`;
  });
  return lines.join('');
}

/** Words of YAML 1.1 that are no strings. */
const otherWords =
  /^(~|null|Null|NULL|y|Y|n|N|(?:yes|no|on|off|true|false)|(?:Yes|No|On|Off|True|False)|(?:YES|NO|ON|OFF|TRUE|FALSE)|<<|\.nan|\.NaN|\.NAN|[-+]?\.(inf|Inf|INF))$/;

const numbers = [
  /^[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$/,
  /^[-+]?0(x[0-9a-fA-F_]+|o?[0-7_]+|b[01_]+)$/,
  /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/,
];

const date = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]|$)/;

/** Starts that mean something in YAML, unless a harmless character follows `-`, `?` or `:`. */
const telling = /^([[\]{},#&*!|>'"%@`]|[-?:](\s|$)|\s|---|\.\.\.)/;

function scalar(text: string, indent: string): string {
  if (text === '' || otherWords.test(text) || numbers.some((form) => form.test(text)) || date.test(text)) {
    return JSON.stringify(text);
  }
  // Control characters, byte order marks and lone surrogates can only be written escaped.
  if (/[^\P{C}\n]|[\u2028\u2029]/u.test(text)) return JSON.stringify(text);
  if (text.includes('\n')) return literal(text, indent);
  if (telling.test(text) || /: |:$| #|\s$/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return text;
}

/** Lines as they are; escaped instead where leading or trailing white space would be ambiguous. */
function literal(text: string, indent: string): string {
  if (/^\s|\s$|\n[ \t]/.test(text)) return JSON.stringify(text);
  const inside = indent === '' ? '  ' : indent;
  return `|-\n${text
    .split('\n')
    .map((line) => (line === '' ? '' : inside + line))
    .join('\n')}`;
}

/** As go-yaml sorts keys: letters after other characters, runs of digits by their number. */
function inKeyOrder(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (at === a.length || at === b.length) return a.length - b.length;
  const afterDigit = /\d/.test(a[at - 1] ?? '');
  return inTailOrder(a.slice(at), b.slice(at), afterDigit);
}

/** `a` and `b` are what follows the equal beginning of two keys. */
function inTailOrder(a: string, b: string, afterDigit: boolean): number {
  const aIsLetter = /^\p{L}/u.test(a);
  if (aIsLetter !== /^\p{L}/u.test(b)) return afterDigit === aIsLetter ? -1 : 1;
  const [aDigits, bDigits] = [leadingDigits(a), leadingDigits(b)];
  return Number(aDigits) - Number(bDigits) || aDigits.length - bDigits.length || (a < b ? -1 : 1);
}

const leadingDigits = (text: string): string => /^\d*/.exec(text)?.[0] ?? '';
