import { promises as dns } from "node:dns";
import { isIP } from "node:net";
import { codeOf } from "./ask.js";
import { type Check, fine, one, skip, type Scene, type Verdict } from "./check.js";

function resolverOf({ resolver }: Scene): dns.Resolver {
  const made = new dns.Resolver({ timeout: 3_000, tries: 2 });
  if (resolver !== null) made.setServers([resolver]);
  return made;
}

const NOTHING = new Set(["ENOTFOUND", "ENODATA", "ESERVFAIL", "EREFUSED", "EAI_AGAIN"]);

async function none<T>(work: Promise<readonly T[]>): Promise<readonly T[]> {
  return work.catch((error: unknown) => {
    if (NOTHING.has(codeOf(error))) return [];
    throw error;
  });
}

/** The addresses of a host: of the name server that was named, else as this machine finds them. */
async function addressesOf(host: string, scene: Scene): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  if (scene.resolver === null) return (await none(dns.lookup(host, { all: true }))).map(({ address }) => address);
  const resolver = resolverOf(scene);
  return [...(await none(resolver.resolve4(host))), ...(await none(resolver.resolve6(host)))];
}

const LOCAL = /^localhost$|\.(?:localhost|local|test|example|invalid)$/;

/** RFC 6764 3: the record that sends calendar programs from a mail domain to the server. */
async function lookAt(scene: Scene): Promise<Verdict> {
  const { hostname, protocol, port } = new URL(scene.base);
  const { domain } = scene.config;
  const addresses = await addressesOf(hostname.replace(/^\[|\]$/g, ""), scene);
  if (addresses.length === 0) return one("name-unknown", hostname);
  const seen = `${hostname} is ${addresses.join(", ")}`;
  const isSecure = protocol === "https:";
  const service = `${isSecure ? "_caldavs" : "_caldav"}._tcp.${domain}`;
  const targets = await none(resolverOf(scene).resolveSrv(service));
  const wanted = Number(port || (isSecure ? 443 : 80));
  if (targets.length === 0) {
    const isNeeded = domain !== hostname && !(LOCAL.test(domain) && scene.resolver === null);
    return isNeeded ? one("srv-missing", service) : fine(seen);
  }
  const wrong = targets.filter((each) => each.name.toLowerCase() !== hostname.toLowerCase() || each.port !== wanted);
  const shown = (list: typeof targets) => list.map(({ name, port: at }) => `${name}:${at}`).join(", ");
  if (wrong.length > 0) return one("srv-elsewhere", `${service} names ${shown(wrong)}, not ${hostname}:${wanted}`);
  return fine(`${seen}, ${service} names it`);
}

/** That people's programs find the server by name. */
export const namesCheck: Check = {
  name: "names",
  about: "the DNS: address of the public host, SRV record",
  needs: [],
  async run(scene) {
    if (!scene.isPublic) return skip("neither publicUrl nor --url says where people come");
    try {
      return await lookAt(scene);
    } catch (error) {
      return skip(`no name server answers (${codeOf(error)})`);
    }
  },
};
