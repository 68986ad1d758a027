/** `npm run` names its script here: `seebench`, or `bench`, in a checkout, where no `seebench` is in the PATH. */
const FROM_CHECKOUT = new Set(['seebench', 'bench']);

type Script = string | undefined;

function scriptOfNpm(): Script {
  const { npm_package_name: name, npm_lifecycle_event: script } = process.env;
  return name === 'seebench' ? script : undefined;
}

/** How the program is called, for whoever was asked for what it is called with. */
export function invocation(script: Script = scriptOfNpm()): string {
  return script !== undefined && FROM_CHECKOUT.has(script) ? 'npm run -s seebench --' : 'seebench';
}

/**
 * A text whose commands can be pasted as they are: `seebench doctor` becomes `npm run -s seebench -- doctor` for whoever started this one so.
 * Commands stand in backquotes, after a colon, or as examples two spaces in.
 */
export function pasteable(text: string, script: Script = scriptOfNpm()): string {
  return text.replace(/(?<=`|: |^ {2})seebench (?=[a-z[])/gm, `${invocation(script)} `);
}
