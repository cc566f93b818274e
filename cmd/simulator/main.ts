/** The door: everything that needs a newer Node.js is loaded behind it. */
import { complaintAboutNode } from '../../pkg/lifecycle/required-node.ts';

const complaint = complaintAboutNode('simulator', process.versions.node);
if (complaint === undefined) {
  const { run } = await import('./run.ts');
  process.exitCode = await run(process.argv.slice(2));
} else {
  console.error(complaint);
  process.exitCode = 2;
}
