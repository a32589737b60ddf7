import { describe, expect, it } from 'vitest';
import { type NewStaff, teamsFor } from './teams.ts';

const one = (role: NewStaff['role'], owner = false): NewStaff => ({ name: 'Noor', role, owner, passphrase: '' });

describe('the teams that an organisation is born with', () => {
  it('are, of a partner, one for each role that practices refer to, and who reads its log', () => {
    const shapes = teamsFor([one('podiatrist', true), one('pedicure'), one('podiatrist')]);
    expect(shapes.map(({ need, role }) => [need, role])).toEqual([
      ['podiatrist', 'podiatrist'],
      ['pedicure', 'pedicure'],
      ['log', null],
    ]);
    expect(shapes[0]!.has(one('podiatrist'))).toBe(true);
    expect(shapes[0]!.has(one('pedicure'))).toBe(false);
  });

  it('R19: give the care group and the practice manager counts, and no team that opens a dossier', () => {
    const staff = [one('gp', true), one('care-group'), one('practice-manager')];
    const teamsOf = (person: NewStaff) =>
      teamsFor(staff).flatMap(({ has, role, slots }) => (has(person) ? [{ role, slots }] : []));
    expect(teamsOf(staff[1]!)).toEqual([{ role: null, slots: ['directory', 'overview'] }]);
    expect(teamsOf(staff[2]!)).toEqual([{ role: null, slots: ['directory', 'receipt'] }]);
    const few = teamsFor([one('gp')]).map(({ need }) => need);
    expect(few).not.toContain('overview');
    expect(few).not.toContain('care-group');
  });
});
