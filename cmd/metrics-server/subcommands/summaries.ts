/** What the program can do beside serving, a line each for `--help`. */
export const summaries = {
  doctor: 'Finds out why metrics are missing, and says what would help.',
  usage: 'Shows what nodes, pods and namespaces use, with curves and peaks.',
  explain: 'Says where the figures of a pod come from.',
} as const;
