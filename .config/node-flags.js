/**
 * How Node.js is to run the bundle. A young generation of 2 MB and code that is kept small save a third of the memory and
 * cost no CPU that can be measured (bench/README.md).
 */
export const nodeFlags = ['--max-semi-space-size=2', '--optimize-for-size'];
