/** The release this is, as `--version` prints it. The tests hold it against package.json. */
export const version = 'v0.1.0';
