/** Forty-eight digits in twelve groups, to be read out over the telephone. */

export function Fingerprint({
  digits,
  label,
  small,
}: {
  readonly digits: string;
  readonly label: string;
  readonly small?: boolean;
}) {
  const groups = digits.match(/\d{4}/g) ?? [];
  return (
    <ol className="kk-finger" aria-label={label} data-small={small || undefined}>
      {groups.map((group, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what the group is
        <li key={place}>{group}</li>
      ))}
    </ol>
  );
}
