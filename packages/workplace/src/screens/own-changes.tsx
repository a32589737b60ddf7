/** On "Mijn dossier": who asked whether something may be shared, and who changed what was said (R37). */

import { OWN_ACCESS as W } from '../i18n/own-access.ts';
import type { OwnAccess } from '../model.ts';
import { useFew } from '../parts/few.tsx';
import { Tag } from '../parts/page.tsx';
import { useWords } from '../parts/words.ts';

const FIRST = 10;

export function Changes({ access: { changes } }: { readonly access: OwnAccess }) {
  const words = useWords();
  const { shown, more } = useFew(changes, FIRST);
  return (
    <section className="kk-card" aria-labelledby="own-changes">
      <h2 id="own-changes">{words.text(W.changes)}</h2>
      <p>{words.text(changes.length === 0 ? W.noChanges : W.changesLead)}</p>
      {changes.length === 0 ? null : (
        <ul className="kk-own-looks" data-list="changes">
          {shown.map((one) => (
            <li key={one.key}>
              <span className="kk-dim">
                {words.moment(one.at)}, {words.text(W.line)} {one.line}
              </span>
              <div>
                {words.text(one.said)}{' '}
                {one.stands === null ? null : (
                  <Tag tone={one.stands ? 'good' : 'plain'}>{words.text(one.stands ? W.stands : W.over)}</Tag>
                )}
              </div>
              {one.purpose === null ? null : (
                <div className="kk-dim">
                  {words.text(W.purpose)} “{one.purpose}”
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {more}
    </section>
  );
}
