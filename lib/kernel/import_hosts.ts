/** The web hosts that cells import from unasked, and how a denial reaches them. */

/**
 * Source: deno 2.9 cli/args/mod.rs, `implicit_allow_import`; `deno run --help=full` of 2.9.6,
 * "--allow-import".
 */
export const impliedHosts = [
  "deno.land:443",
  "jsr.io:443",
  "esm.sh:443",
  "raw.esm.sh:443",
  "cdn.jsdelivr.net:443",
  "raw.githubusercontent.com:443",
  "gist.githubusercontent.com:443",
];

/**
 * The denied hosts, followed by those that Deno implies among them: to Deno the more specific of
 * two names wins, so `deno.land` denied would leave `deno.land:443` allowed.
 *
 * Source: deno 2.9 runtime/permissions/lib.rs, `NetDescriptor`.
 */
export function withImplied(denied: string): string {
  const hosts = denied.split(",");
  const implied = impliedHosts.filter((implied) => hosts.some((host) => covers(host, implied)));
  return [...new Set([...hosts, ...implied])].join(",");
}

/** A name covers all its ports, `*.esm.sh` also `esm.sh` itself. */
function covers(denied: string, implied: string): boolean {
  const [, wildcard, name, port] = denied.toLowerCase().match(/^(\*\.)?(.*?)\.?(:\d+)?$/)!;
  const host = implied.replace(/:\d+$/, "");
  const isNamed = host === name || wildcard !== undefined && host.endsWith(`.${name}`);
  return isNamed && (port === undefined || implied.endsWith(port));
}
