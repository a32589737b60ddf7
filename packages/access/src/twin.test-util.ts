/**
 * The slow, obvious twin of `decide()`: it asks for every combination of facts whether all conditions hold together.
 * It shares no code with the real one and answers yes or no only.
 */

import type { KnownFact, Question } from './index.ts';

export function twin(q: Question): boolean {
  const live = (known: KnownFact) =>
    known.ended === null && known.fact.from <= q.now && !(known.fact.until !== null && known.fact.until <= q.now);
  const facts = q.facts.filter(live).map((known) => known.fact);
  const { card, actor, item } = q;
  const session = actor.session === 'open';
  const holdsCard =
    card !== null &&
    card.subject === actor.person &&
    card.organisation === actor.organisation &&
    card.from <= q.now &&
    card.until > q.now;
  if (!session || !holdsCard) return false;
  const kind = card.kind;
  switch (q.class) {
    case 'session':
      return kind === 'professional' || kind === 'trustee' || kind === 'agent';
    case 'admin':
      return (kind === 'professional' || kind === 'trustee') && actor.owner;
    case 'sync':
      return (
        kind === 'agent' &&
        (item.writerClass === null || item.writerClass === 'source') &&
        facts.some((fact) => fact.kind === 'mandate' && fact.agent === actor.person)
      );
    case 'audit': {
      if (kind !== 'professional' || !actor.ownPractice) return false;
      if (item.dossier === null) return actor.owner;
      if (item.state === 'unknown') return false;
      if (actor.owner) return true;
      for (const a of facts)
        for (const b of facts)
          if (
            a.kind === 'membership' &&
            a.person === actor.person &&
            b.kind === 'relation' &&
            b.dossier === item.dossier &&
            b.teams.includes(a.team)
          )
            return true;
      return false;
    }
    case 'list':
      return (
        kind === 'professional' &&
        actor.ownPractice &&
        item.state === 'live' &&
        item.team !== null &&
        item.dossier === null &&
        item.handle !== null &&
        facts.some((fact) => fact.kind === 'membership' && fact.person === actor.person && fact.team === item.team) &&
        q.grants.some((grant) => grant.team === item.team && grant.fact === null)
      );
    case 'look':
    case 'write': {
      if (kind !== 'professional' || !actor.ownPractice || item.state !== 'live') return false;
      const { dossier, handle } = item;
      if (dossier === null || handle === null) return false;
      if (!facts.some((fact) => fact.kind === 'enrolment' && fact.dossier === dossier)) return false;
      for (const m of facts)
        for (const r of facts)
          for (const s of facts) {
            if (m.kind !== 'membership' || r.kind !== 'relation' || s.kind !== 'step') continue;
            if (m.person !== actor.person || m.team !== s.team) continue;
            if (r.dossier !== dossier || s.dossier !== dossier || !r.teams.includes(s.team)) continue;
            const named = s.handles.includes(handle);
            const under = item.writerClass === 'work' && item.parent !== null && s.handles.includes(item.parent);
            if (!named && !under) continue;
            if (q.class === 'look' && q.grants.some((g) => g.team === s.team && g.fact === s.id)) return true;
            if (
              q.class === 'write' &&
              item.writerClass === 'work' &&
              facts.some((w) => w.kind === 'write' && w.dossier === dossier && w.team === s.team)
            )
              return true;
          }
      return false;
    }
    default:
      return false;
  }
}
