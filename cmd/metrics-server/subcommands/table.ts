import type { Subcommand, SubcommandTable } from './subcommand.ts';
import type { summaries } from './summaries.ts';

/** What the program can do beside serving; each has a summary. */
export const subcommands: SubcommandTable = {
  doctor: {
    load: async () => {
      const { doctor } = await import('./doctor.ts');
      return (args, means) => doctor(args, means);
    },
  },
  usage: { load: async () => (await import('./usage.ts')).usage },
  explain: { load: async () => (await import('./explain.ts')).explain },
} satisfies Readonly<Record<keyof typeof summaries, Subcommand>>;
