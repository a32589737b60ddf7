/**
 * The workplace as a person uses it, for browser tests here and in `lab`: what can be done on each screen, found by what
 * people see and hear (roles and names), never by how it is built.
 */

import type { Page } from 'playwright-core';

export { faultsOf, putAxe } from '../axe.ts';
export { browserOfWorker } from '../browser.ts';

export class DoorPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  /** Follows a device link (`.../#/apparaat/...`) to the passphrase. */
  async takeDevice(link: string): Promise<void> {
    await this.page.goto(link);
    await this.passphrase().waitFor();
  }
  passphrase() {
    return this.page.getByLabel(/^Wachtzin/).first();
  }
  async open(passphrase: string): Promise<void> {
    await this.passphrase().fill(passphrase);
    await this.page.keyboard.press('Enter');
  }
  async openWithPasskey(): Promise<void> {
    await this.page.getByRole('button', { name: /Aanmelden met passkey|Verder als/ }).click();
  }
  trouble() {
    return this.page.getByRole('alert');
  }
}

export class WorklistPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  async ready(): Promise<void> {
    await this.row(2).waitFor();
  }
  /** By `aria-rowindex`: the header is 1. */
  row(index: number) {
    return this.page.locator(`[role="row"][aria-rowindex="${index}"]`);
  }
  grid() {
    return this.page.getByRole('grid');
  }
  async count(): Promise<number> {
    return Number(await this.grid().getAttribute('aria-rowcount')) - 1;
  }
  async search(text: string): Promise<void> {
    await this.page.keyboard.press('/');
    await this.page.keyboard.type(text);
  }
  async programme(name: string): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'Zorgprogramma' }).getByText(name).click();
  }
  async due(name: 'Iedereen' | 'Te laat' | 'Binnenkort'): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'Aan de beurt' }).getByText(name, { exact: true }).click();
  }
  async sortBy(column: string): Promise<void> {
    await this.page.getByRole('button', { name: `Sorteer op ${column}` }).click();
  }
  /** Opens the first row, or the one so many further, by keyboard; answers the name in the row. */
  async openFirst(further = 0): Promise<string> {
    const name =
      (await this.row(2 + further)
        .locator('.kk-wl-name')
        .textContent()) ?? '';
    await this.grid().focus();
    await this.page.keyboard.press('Home');
    for (let step = 0; step < further; step++) await this.page.keyboard.press('ArrowDown');
    await this.page.keyboard.press('Enter');
    await new DossierPage(this.page).ready();
    return name;
  }
}

export class DossierPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  async ready(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Wie keek?' }).waitFor();
  }
  heading() {
    return this.page.getByRole('heading', { level: 1 });
  }
  note() {
    return this.page.getByLabel('Nieuwe notitie');
  }
  async writeNote(text: string): Promise<void> {
    await this.note().fill(text);
    await this.page.getByRole('button', { name: 'Bewaar notitie' }).click();
    await this.page.getByRole('listitem').filter({ hasText: text }).waitFor();
  }
  async takeOver(text: string): Promise<void> {
    await this.page
      .getByRole('listitem')
      .filter({ hasText: text })
      .getByRole('button', { name: 'Overgenomen in HIS' })
      .click();
    await this.page.getByRole('button', { name: 'Ja, overgenomen' }).click();
    await this.page.getByRole('listitem').filter({ hasText: text }).waitFor({ state: 'detached' });
  }
  async table(): Promise<void> {
    await this.page.getByText('Tabel', { exact: true }).click();
  }
  async looks(): Promise<LooksPage> {
    await this.page.getByRole('tab', { name: 'Wie keek?' }).click();
    const looks = new LooksPage(this.page);
    await looks.ready();
    return looks;
  }
  async back(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.getByRole('grid').waitFor();
  }
  /** Refers to this partner, with the patient's consent; the question is typed, everything else is clicked. */
  async refer(partner: string, question = ''): Promise<void> {
    await this.page.getByRole('button', { name: 'Verwijzen', exact: true }).click();
    const choice = this.page.getByRole('radio', { name: new RegExp(partner) });
    await choice.waitFor();
    if (!(await choice.isChecked())) await choice.check();
    if (question !== '') await this.page.getByLabel(/^Vraag aan de/).fill(question);
    await this.page.getByLabel(/^Ja, de patiënt vindt het goed/).check();
    await this.page.getByRole('button', { name: 'Versturen' }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  async access(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Wie kan wat zien?' }).click();
    await this.page.getByText('Verder niemand').waitFor();
  }
  /** What the patient shut, as far as this person may see it. */
  async restrictions(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Beperkingen' }).click();
    await this.page.getByRole('tabpanel', { name: 'Beperkingen' }).locator('table, [data-state="empty"]').waitFor();
  }
}

/** "Verwijzingen", of a practice and of a partner. */
export class ReferralsPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  row(patient: string) {
    return this.page.getByRole('row').filter({ hasText: patient });
  }
  async open(patient: string): Promise<void> {
    await this.page.getByRole('link', { name: patient }).first().click();
    await this.page.getByRole('heading', { name: 'Verwijsbrief' }).waitFor();
  }
  async accept(): Promise<void> {
    await this.page.getByRole('button', { name: 'Aannemen en openen' }).click();
    await this.page.getByRole('tab', { name: 'Gegevens' }).waitFor();
  }
  async report(plan: string, value?: string): Promise<void> {
    await this.page.getByRole('tab', { name: 'Bericht aan praktijk' }).click();
    await this.page.getByLabel('P: plan').fill(plan);
    if (value !== undefined) {
      await this.page.getByRole('button', { name: 'Meting toevoegen' }).click();
      await this.page.getByLabel(/^Waarde/).fill(value);
    }
    await this.page.getByRole('button', { name: 'Verstuur bericht' }).click();
    await this.page.getByRole('article', { name: 'Bericht terug' }).waitFor();
  }
  /** As a partner: the first that is over, from the own copies. */
  async ended(): Promise<void> {
    await this.page.getByText('Alle', { exact: true }).click();
    await this.page.getByRole('region', { name: 'Afgelopen verwijzingen' }).getByRole('link').first().click();
    await this.page.getByRole('article').first().waitFor();
  }
  async takeOver(): Promise<void> {
    await this.page.getByRole('button', { name: 'Overgenomen', exact: true }).click();
    await this.page.getByRole('button', { name: 'Ja, overgenomen' }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  async end(how: 'Afsluiten' | 'Toestemming intrekken'): Promise<void> {
    await this.page.getByRole('button', { name: how, exact: true }).click();
    await this.page.getByRole('button', { name: /^Ja, / }).click();
    await this.page.getByText('kan hier niets meer openen').waitFor();
  }
}

export class LooksPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  async ready(): Promise<void> {
    await this.page.locator('[data-strip="proved"],[data-strip="unproved"]').waitFor();
  }
  proved(): Promise<boolean> {
    return this.page.locator('[data-strip="proved"]').isVisible();
  }
  lines() {
    return this.page
      .getByRole('table')
      .getByRole('row')
      .filter({ has: this.page.getByRole('cell') });
  }
}

export class Workplace {
  readonly page: Page;
  readonly door: DoorPage;
  readonly worklist: WorklistPage;
  readonly dossier: DossierPage;
  readonly referrals: ReferralsPage;
  readonly oversight: OversightPage;
  constructor(page: Page) {
    this.page = page;
    this.door = new DoorPage(page);
    this.worklist = new WorklistPage(page);
    this.dossier = new DossierPage(page);
    this.referrals = new ReferralsPage(page);
    this.oversight = new OversightPage(page);
  }
  async go(name: 'Werklijst' | 'Verwijzingen' | 'Leveringen' | 'Team' | 'Instellingen' | 'Toezicht'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Hoofdmenu' }).getByRole('link', { name }).click();
  }
  async lock(): Promise<void> {
    await this.page.keyboard.press('Alt+l');
    await this.page.getByRole('heading', { name: 'Vergrendeld' }).waitFor();
  }
  /** In one step; a draft that waits is asked about first. */
  async changeUser(): Promise<void> {
    await this.page.getByRole('button', { name: /^Menu van/ }).click();
    await this.page.getByRole('menuitem', { name: 'Wissel van gebruiker' }).click();
  }
  /** As an owner: makes a link for this team, or the first. */
  async invite(team?: string, name = 'Marloes Bakker', role = 'poh-s'): Promise<string> {
    await this.go('Team');
    await this.page.getByRole('button', { name: 'Nodig een collega uit' }).click();
    await this.page.getByLabel('Naam van uw collega').fill(name);
    await this.page.getByLabel('Rol').selectOption(role);
    if (team !== undefined) await this.page.getByLabel('Voor welk team?').selectOption(team);
    await this.page.getByRole('button', { name: 'Maak uitnodigingslink' }).click();
    const link = this.page.getByLabel('Uitnodigingslink');
    await link.waitFor();
    const value = await link.inputValue();
    await this.page.keyboard.press('Escape');
    return value;
  }
  /** As an owner: what waits for more signatures, by the name in it. */
  proposal(name: string) {
    return this.page
      .getByRole('region', { name: /^Wacht op (praktijkhouders|een tweede handtekening)$/ })
      .getByRole('listitem')
      .filter({ hasText: name });
  }
  /** As the new colleague: passkey, passphrase, and the code to read out. */
  async join(link: string, passphrase: string): Promise<string> {
    await this.page.goto(link);
    await this.page.getByRole('button', { name: 'Op dit toestel' }).click();
    await this.page.getByLabel('Wachtzin op deze computer').fill(passphrase);
    await this.page.getByLabel('Wachtzin nogmaals').fill(passphrase);
    await this.page.getByRole('button', { name: 'Wachtzin instellen' }).click();
    const code = this.page.locator('output.kk-code');
    await code.waitFor();
    return (await code.textContent()) ?? '';
  }
}

/** For who oversees: who looked at a dossier, by its number. */
export class OversightPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  async ask(number: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Dossiernummer' }).fill(number);
    await this.page.getByRole('button', { name: 'Toon wie keek' }).click();
  }
  /** Of the dossier of the emergency that stands first. */
  async first(): Promise<void> {
    await this.page
      .getByRole('button', { name: /^Wie keek er nog meer/ })
      .first()
      .click();
    await this.page.getByText(/^\d+ van \d+ regels$/).waitFor();
  }
  async only(name: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Wie' }).selectOption(name);
  }
}

/** A passkey that lives in this page's browser (CTAP 2.1 with PRF); keep one page for a whole passkey journey. */
export async function virtualPasskey(page: Page, transport: 'internal' | 'usb' = 'internal'): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf: true,
    },
  });
}
