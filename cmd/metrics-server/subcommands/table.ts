import type { SubcommandTable } from './subcommand.ts';

/** What the program can do beside serving. */
export const subcommands: SubcommandTable = {
  doctor: {
    summary: 'Finds out why metrics are missing, and says what would help.',
    load: async () => {
      const { doctor } = await import('./doctor.ts');
      return (args, means) => doctor(args, means);
    },
  },
  usage: {
    summary: 'Shows what nodes, pods and namespaces use, with curves and peaks.',
    load: async () => (await import('./usage.ts')).usage,
  },
  explain: {
    summary: 'Says where the figures of a pod come from.',
    load: async () => (await import('./explain.ts')).explain,
  },
};
