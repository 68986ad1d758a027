/** `npm run` names its script here: `seebench`, or `bench`, in a checkout, where no `seebench` is in the PATH. */
const FROM_CHECKOUT = new Set(['seebench', 'bench']);

/**
 * A text whose commands can be pasted as they are: `seebench doctor` becomes `npm run -s seebench -- doctor` for whoever started this one so.
 * Commands stand in backquotes, after a colon, or as examples two spaces in.
 */
export function pasteable(text: string, script: string | undefined = process.env['npm_lifecycle_event']): string {
  if (script === undefined || !FROM_CHECKOUT.has(script)) return text;
  return text.replace(/(?<=`|: |^ {2})seebench (?=[a-z[])/gm, 'npm run -s seebench -- ');
}
