import type { SubcommandTable } from './subcommand.ts';

/** What the program can do beside serving. */
export const subcommands: SubcommandTable = {};
