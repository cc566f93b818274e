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
};
