/** What the parser says of a bad command line, in words that name the option as it is typed. */
export function inOurWords(message: string): string {
  const option = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (option !== undefined) return `--${option} needs a value.`;
  const missing = /^Missing required arguments?: (.+)$/.exec(message)?.[1];
  if (missing !== undefined) return `${optionsOf(missing)} must be given.`;
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1];
  if (unknown !== undefined) return `There is no ${optionsOf(unknown)}.`;
  const [, name, given = "", choices = ""] =
    /^Invalid values:\n {2}Argument: (\S+), Given: (.+), Choices: (.+)$/.exec(message) ?? [];
  if (name !== undefined) {
    return `--${name} must be one of ${choices.replaceAll('"', "")}, found ${given.replaceAll('"', "")}.`;
  }
  return message.startsWith("Not enough non-option arguments")
    ? "An argument is missing; the command's --help names it."
    : message;
}

/** `rate, v` → `--rate, -v`; what is no option's name stays as it is. */
function optionsOf(names: string): string {
  return names.replaceAll(/[\w-]+/g, (name) => (name.length === 1 ? `-${name}` : `--${name}`));
}
