/** "M.B." for Marleen Brugman: enough to know oneself on a shared computer, where a whole name has no room. */
export const initials = (name: string): string =>
  name
    .split(/\s+/)
    .filter((word) => /^\p{Lu}/u.test(word))
    .map((word) => `${word[0]}.`)
    .join('');
