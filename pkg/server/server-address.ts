import type { Config } from './config.ts';

/** The `host:port` that discovery gives to clients outside the cluster. Without a host they take the one they asked. */
export function serverAddress({ generic, serving }: Pick<Config, 'generic' | 'serving'>): string {
  const host = generic.externalHostname ?? generic.advertiseAddress ?? '';
  const hasPort = /^([^:]*|\[[^\]]*\]):[^:]*$/.test(host);
  if (hasPort) return host;
  return host.includes(':') ? `[${host}]:${serving.port}` : `${host}:${serving.port}`;
}
