/** Gives a whole number of at least zero, below the one that is given. */
export type Dice = (below: number) => number;

/** What happens to a body. */
export type Accident = (text: string, throwDice: Dice) => string;

/** One of several, by chance. */
export function pick<T>(choices: readonly T[], throwDice: Dice): T {
  const choice = choices[throwDice(choices.length)];
  if (choice === undefined) throw new RangeError('there is nothing to choose from');
  return choice;
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
export function dice(seed: number): Dice {
  let state = seed * 7919;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const changeLines =
  (change: (lines: string[], at: number, throwDice: Dice) => void): Accident =>
  (text, throwDice) => {
    const lines = text.split('\n');
    change(lines, throwDice(lines.length), throwDice);
    return lines.join('\n');
  };

/** Something else stands where a pattern fits, in one place or everywhere. */
const replace =
  (pattern: RegExp, replacements: readonly string[]): Accident =>
  (text, throwDice) => {
    const places = [...text.matchAll(pattern)];
    if (places.length === 0) return text;
    const replacement = pick(replacements, throwDice);
    if (throwDice(4) === 0) return text.replaceAll(pattern, replacement);
    const { index, 0: found } = pick(places, throwDice);
    return text.slice(0, index) + found.replace(pattern, replacement) + text.slice(index + found.length);
  };

const nasty = [
  '"',
  '\\',
  '\\"',
  '\\n',
  '\n',
  '\r',
  '\t',
  ' ',
  '{',
  '}',
  ',',
  '=',
  '#',
  'é',
  '\u0000',
  '0',
  '9',
  '.',
  'e',
];

const oddNumbers = [
  ...['NaN', '+Inf', '-Inf', '-1', '-0', '+7', '0x10', '1e5', '1E+05', '1e-400', '1e+99', '1e+19', '1.2.3', '.5', '5.'],
  ...[
    '00012.50',
    '123456789012345678',
    '1234567890123456789012',
    '0.000000000000000000001',
    '9007199254740993',
    '.',
    'e',
  ],
  ...['12345678.123456789', '1.7952314460226102e+09', '179523144602261.02e-05', '1.79523144602261021e+09'],
];

const insert = (text: string, at: number, what: string): string => text.slice(0, at) + what + text.slice(at);
const cut = (text: string, at: number, length: number): string => text.slice(0, at) + text.slice(at + length);

/** What bodies suffer: from what happens to pods, down to what happens to bytes. */
export const accidents: readonly Accident[] = [
  changeLines((lines, at) => lines.splice(at, 1)),
  changeLines((lines, at) => lines.splice(at, 0, lines[at] ?? '')),
  changeLines((lines, at, throwDice) =>
    lines.splice(throwDice(lines.length), 0, ...lines.splice(at, 1 + throwDice(5))),
  ),
  changeLines((lines, at, throwDice) => lines.splice(at, throwDice(40))),
  changeLines((lines) => lines.reverse()),
  (text, throwDice) => text.slice(0, throwDice(text.length)),
  (text, throwDice) => insert(text, throwDice(text.length), pick(nasty, throwDice)),
  (text, throwDice) => cut(text, throwDice(text.length), throwDice(30)),
  // A pod is replaced by another, or takes the name of one that there is.
  (text, throwDice) => {
    const pods = [...new Set(text.match(/pod="[^"]*"/g))];
    const [one = '', other = ''] = [pods[throwDice(pods.length)], pods[throwDice(pods.length)]];
    return one === '' ? text : text.replaceAll(one, throwDice(2) === 0 ? other : `${one.slice(0, -3)}z"`);
  },
  // The kubelet prints its families in another order, or one of them twice.
  (text, throwDice) => {
    const families = text.split(/(?<=\n)(?=# HELP )/);
    const at = throwDice(families.length);
    const taken = throwDice(2) === 0 ? families.splice(at, 1) : families.slice(at, at + 1);
    return families.toSpliced(throwDice(families.length), 0, ...taken).join('');
  },
  // Names with what has to be escaped in a label.
  (text, throwDice) => text.replaceAll('namespace="d', `namespace="${pick(['\\"', '\\\\', '\\n', 'ü'], throwDice)}d`),
  // Exporters that spell label sets in another way.
  replace(/\{(container="[^"]*"),(.*)\}/g, ['{$2,$1}', '{$1,$2,}', '{$1,id="7",$2}', '{ $1,$2 }', '{$1,$2}\t', '{}']),
  replace(/",pod="/g, ['", pod="', '",,pod="', '",pod=""', '"} ",pod="']),
  replace(/_(total|bytes|seconds)\{/g, ['_$1 {', '_$1x{', '_$1', '_$1{{']),
  // Numbers and times in every way.
  replace(/(?<= )[0-9.e+-]+(?=$| \d+$)/gm, oddNumbers),
  replace(/ \d{13}$/gm, [
    '',
    ' ',
    ' 5',
    ' -5',
    ' 1.5',
    ' 179523155010',
    ' 1795231550103000',
    ' 99999999999999999',
    ' x',
    ' 1 2',
  ]),
  replace(/\n/g, ['\r\n', '\n\n', ' \n', '\n ']),
];
