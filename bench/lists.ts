/** Lists all pods without end, as a process of its own: `lists.ts <port> <pki>`. */
import { apiAt, paths } from './api.ts';

const [port, pki] = process.argv.slice(2);
using api = await apiAt(Number(port), pki ?? '');
for (;;) await api.read(paths.pods, 'json');
