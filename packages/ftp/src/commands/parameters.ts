import { isIPv4 } from "node:net";
import { openActive } from "../active.js";
import { extendedTarget, portArgument, portTarget, type Target } from "../addresses.js";
import { type Answer, answer } from "../answer.js";
import { type Command, type Commands, type Control, replaceChannel } from "../control.js";
import { openPassive } from "../passive.js";

const chosen = (known: RegExp, what: string): Command => ({
  needs: "sign-in",
  run: (_, argument) =>
    known.test(argument.trim()) ? answer(200, "So be it.") : answer(504, `Only ${what} is known.`),
});

const onlyExtended = (): Answer => answer(503, "After EPSV ALL there is only EPSV.");

/** The address is that the client came to, or the one it is to be told (RFC 959 4.1.2). */
const pasv: Command = {
  needs: "sign-in",
  async run(control) {
    const { options, state, localAddress } = control;
    if (state.onlyExtended) return onlyExtended();
    const address = options.passive.address ?? localAddress;
    if (!isIPv4(address)) return answer(522, "PASV is for IPv4; take EPSV.");
    replaceChannel(control, null);
    const { channel, port } = await openPassive(control);
    state.channel = channel;
    return answer(227, `Entering Passive Mode (${portArgument(address, port)})`);
  },
};

const epsv: Command = {
  needs: "sign-in",
  async run(control, argument) {
    const { state, localAddress } = control;
    const wanted = argument.trim().toUpperCase();
    if (wanted === "ALL") {
      state.onlyExtended = true;
      return answer(200, "Only EPSV from now on.");
    }
    const family = isIPv4(localAddress) ? "1" : "2";
    if (wanted !== "" && wanted !== family) return answer(522, `Only this network is there: (${family})`);
    replaceChannel(control, null);
    const { channel, port } = await openPassive(control);
    state.channel = channel;
    return answer(229, `Entering Extended Passive Mode (|||${port}|)`);
  },
};

const activeBy = (read: (argument: string) => Target): Command => ({
  needs: "sign-in",
  run(control: Control, argument: string) {
    if (!control.options.active) return answer(502, "Data connections are opened by clients here: PASV or EPSV.");
    if (control.state.onlyExtended) return onlyExtended();
    replaceChannel(control, openActive(control, read(argument)));
    return answer(200, "The data goes there.");
  },
});

/** How data goes over its connection (RFC 959 3, RFC 2428); text is kept with CRLF, so A and I are the same. */
export const parameterCommands: Commands = {
  TYPE: chosen(/^(?:A(?: N)?|I|L 8)$/i, "TYPE A or I"),
  MODE: chosen(/^S$/i, "MODE S"),
  STRU: chosen(/^F$/i, "STRU F"),
  PASV: pasv,
  EPSV: epsv,
  PORT: activeBy(portTarget),
  EPRT: activeBy(extendedTarget),
};
