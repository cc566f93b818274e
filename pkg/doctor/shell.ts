/** A word as a shell takes it: quoted where it holds anything a shell would make something of. */
export const shellWord = (word: string): string =>
  /^[A-Za-z0-9._:/=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A command line, word by word. */
export const commandLine = (...words: readonly string[]): string => words.map(shellWord).join(' ');

/** `kubectl` with a namespace. */
export const kubectlIn = (namespace: string, ...words: readonly string[]): string =>
  commandLine('kubectl', '-n', namespace, ...words);
