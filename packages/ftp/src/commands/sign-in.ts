import { type Answer, answer } from "../answer.js";
import { type Command, type Commands, type Control, replaceChannel } from "../control.js";

const MOST_FAILURES = 3;

/** A new name ends the sign-in before (RFC 959 4.1.1). Whether there is such a name shows with PASS, if at all. */
const user: Command = {
  needs: "nothing",
  run({ options, state }, name) {
    if (options.requireTls && state.context === null)
      return answer(530, "Names and passwords need TLS here: AUTH TLS.");
    if (name.trim() === "") return answer(501, "USER takes a name.");
    state.signedIn = null;
    state.name = name.trim();
    return answer(331, "And the password?");
  },
};

async function signIn({ options, state, address, host }: Control, name: string, password: string): Promise<Answer> {
  const isEncrypted = state.context !== null;
  const found = await options.signIn({ name, password, address, isEncrypted, host: host() });
  if (found.ok) {
    state.signedIn = found;
    return answer(230, "You are signed in.");
  }
  state.failures += 1;
  return state.failures < MOST_FAILURES ? answer(530, found.text) : { code: 421, text: found.text, ends: true };
}

const pass: Command = {
  needs: "nothing",
  isLogged: true,
  run(control, password) {
    const { name } = control.state;
    if (name === null) return answer(503, "USER comes first.");
    control.state.name = null;
    return signIn(control, name, password);
  },
};

/** From here on everything is encrypted, and whatever was said before counts no more (RFC 4217 4). */
const auth: Command = {
  needs: "nothing",
  run(control, mechanism) {
    const { options, state } = control;
    if (options.secureContext === null) return answer(502, "There is no TLS here.");
    if (!/^TLS(?:-C)?$/i.test(mechanism.trim())) return answer(504, "Only AUTH TLS is known.");
    if (state.context !== null) return answer(503, "The connection is encrypted already.");
    state.context = options.secureContext();
    Object.assign(state, { name: null, signedIn: null, at: [] });
    replaceChannel(control, null);
    return { code: 234, text: "Begin the handshake.", encrypts: state.context };
  },
};

const pbsz: Command = {
  needs: "nothing",
  run({ state }) {
    if (state.context === null) return answer(503, "AUTH comes first.");
    state.isSized = true;
    return answer(200, "PBSZ=0");
  },
};

/** Whether data connections are encrypted: P or C (RFC 4217 9). */
const prot: Command = {
  needs: "nothing",
  run({ options, state }, level) {
    if (!state.isSized) return answer(503, "PBSZ comes first.");
    const wanted = level.trim().toUpperCase();
    if (wanted !== "P" && wanted !== "C") return answer(504, "Only PROT P and PROT C are known.");
    if (wanted === "C" && options.requireTls) return answer(534, "Data is to be encrypted here: PROT P.");
    state.isProtected = wanted === "P";
    return answer(200, state.isProtected ? "Data will be encrypted." : "Data will not be encrypted.");
  },
};

export const signInCommands: Commands = { USER: user, PASS: pass, AUTH: auth, PBSZ: pbsz, PROT: prot };
