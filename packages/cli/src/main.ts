/** The `ketenkluis` command (docs/cli.md). Parses, hands over, prints; every job itself lives below. */

import { Command, InvalidArgumentError } from 'commander';
import type { Outcome } from './say.ts';
import { lab } from './spawn.ts';

/** Each command loads what it needs when it is typed: nobody who runs a vault waits for the agent, nor who syncs for the vault. */
const commands = {
  breach: () => import('./breach.ts'),
  demand: () => import('./demand.ts'),
  destroy: () => import('./destroy.ts'),
  drill: () => import('./drill.ts'),
  findings: () => import('./findings.ts'),
  hosting: () => import('./hosting.ts'),
  identity: () => import('./identity.ts'),
  inspect: () => import('./inspect.ts'),
  keyholder: () => import('./keyholder.ts'),
  known: () => import('./known.ts'),
  ledger: () => import('./ledger.ts'),
  looked: () => import('./looked.ts'),
  mitz: () => import('./mitz.ts'),
  practice: () => import('./practice.ts'),
  said: () => import('./said.ts'),
  vault: () => import('./vault.ts'),
  witness: () => import('./witness.ts'),
};
/** The command, and then how it ends. */
const run = async (json: boolean, work: () => Promise<Outcome>): Promise<void> =>
  (await import('./output.ts')).run(json, work);

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number above zero');
  return value;
};
const day = (text: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('expected a day as YYYY-MM-DD');
  }
  return text;
};

const program = new Command('ketenkluis')
  .description('End-to-end encrypted chronic care around Dutch GP practices')
  .version('0.1.0')
  .showHelpAfterError()
  .exitOverride((error) => {
    // Help and version end well; everything else here is a usage error.
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

const command = (name: string, description: string) =>
  program.command(name).description(description).option('--json', 'one JSON document on stdout');

command('demo', 'a practice goes in, a nurse opens one patient, and the log proves it')
  .option('--once', 'run the main job, print the account and stop')
  .option('--source <dir>', 'an export of your own instead of the fictional practice; enrols the candidates')
  .option('--as-of <date>', 'the day that counts as today', day)
  .option('--region', 'two practices and the organisations they refer to, with referrals in every state')
  .option('--patients <n>', 'size of the fictional practice', whole)
  .option('--keep <dir>', 'keep what the practice had and what the host has')
  .option('--port <n>', 'port of the vault', whole)
  .action((options) => lab('demo', options));

command('generate', 'make a fictional Dutch practice')
  .option('--patients <n>', 'how many', whole)
  .option('--seed <seed>', 'same seed, same bytes')
  .option('--as-of <date>', 'the day that counts as today', day)
  .option('--format <format>', 'fhir or csv', 'fhir')
  .requiredOption('--out <dir>', 'folder for the files')
  .option('--truth <file>', 'file for the expected counts')
  .action((options) => lab('generate', options));

command('preview', 'what would leave and what would stay; sends nothing')
  .requiredOption('--source <dir>', 'folder with the export, or - for standard input')
  .option('--as-of <date>', 'the day that counts as today', day)
  .option('--enrol <who>', 'count as if these were enrolled: candidates')
  .option('--check', 'parse every line and name every fault')
  .action((options) => run(options.json, async () => (await commands.practice()).preview(options)));

command('init', 'make the keys of a practice and register it at a vault')
  .requiredOption('--dir <dir>', 'state of the agent')
  .requiredOption('--vault <url>', 'address of the vault')
  .requiredOption('--practice <file>', 'JSON: name, ura, agb and staff (docs/cli.md)')
  .requiredOption('--sheets <dir>', 'empty folder for recovery and exit sheets and device links, to print and remove')
  .action((options) => run(options.json, async () => (await commands.practice()).init(options)));

command('enrol', 'import participation codes and confirm a batch, or remember a refusal')
  .requiredOption('--dir <dir>', 'state of the agent')
  .option('--source <dir>', 'folder with the export')
  .option('--as-of <date>', 'the day that counts as today', day)
  .option('--confirm <sheet>', 'sheet of the owner who confirms everybody who takes part')
  .option('--candidates', 'confirm the candidates too, not only those with a participation code')
  .option('--notice <text>', 'which text the patients were given')
  .option('--refuse <patient...>', 'patient ids that refused')
  .action((options) => run(options.json, async () => (await commands.practice()).enrol(options)));

command('restore', 'bring the register back on a new computer, with the recovery sheets of several people')
  .requiredOption('--dir <dir>', 'new state of the agent')
  .requiredOption('--mirror <dir>', "the practice's own copy of everything")
  .requiredOption('--sheets <file...>', 'recovery sheets, as many as the practice asks for')
  .requiredOption('--person <sheet>', 'sheet of the colleague who signs for it in the log')
  .action((options) => run(options.json, async () => (await commands.practice()).restore(options)));

command('sync', 'read, choose, minimise, seal, send')
  .requiredOption('--dir <dir>', 'state of the agent')
  .requiredOption('--source <dir>', 'folder with the export')
  .option('--mirror <dir>', "the practice's own copy of everything")
  .option('--as-of <date>', 'the day that counts as today', day)
  .option('--mitz <file>', 'settings of Mitz: ask it about the patients marked for it (docs/mitz.md)')
  .option(
    '--post <file>',
    'settings of outgoing mail: to patients who want to hear that somebody looked, and doctors whose week is ready (docs/spec/notices.md)',
  )
  .action((options) => run(options.json, async () => (await commands.practice()).sync(options)));

command('hosting', 'say who runs the vault, who owns them, where the data lie and under which law; patients read it')
  .requiredOption('--person <sheet>', 'sheet of an owner')
  .requiredOption('--said <file>', 'JSON (docs/hosts.md, "What patients are told")')
  .action((options) => run(options.json, async () => (await commands.hosting()).hosting(options)));

command('demand', 'say what is asked of a sign-on; with recovery sheets also when nobody can sign on any more')
  .requiredOption('--person <sheet>', 'sheet of the owner who proposes it')
  .requiredOption('--second <sheet...>', 'sheet of whoever signs it too; more than one where more owners must sign')
  .option('--sheets <file...>', 'recovery sheets, as many as the practice asks for')
  .option('--staff <level>', 'none, substantial or high, of who works here')
  .option('--patients <level>', 'none, substantial or high, of patients')
  .option('--desk <origin>', 'where people sign on; none for nowhere')
  .option('--way <means=issuer...>', 'what counts there and who vouches: dezi=, oidc=, eid=')
  .action((options) => run(options.json, async () => (await commands.demand()).demand(options)));

command('mitz', 'have Mitz asked whether a patient agrees that a partner sees their data')
  .requiredOption('--dir <dir>', 'state of the agent')
  .requiredOption('--patient <id>', 'id of the patient in the GP system')
  .requiredOption('--partner <organisation>', 'id of the partner organisation')
  .option('--stop', 'ask no more, and withdraw what rests on it')
  .action((options) => run(options.json, async () => (await commands.mitz()).mitz(options)));

command('known', 'say what only the practice knows, for who reviews the log')
  .requiredOption('--dir <dir>', 'state of the agent')
  .option('--patient <id>', 'a patient whom many know: looks here are reviewed more closely')
  .option('--not-well-known', 'not any more')
  .option('--colleague <person>', 'id of a colleague')
  .option('--file <id>', 'their own file in the GP system; "-" for none')
  .option('--practitioner <id...>', 'their ids as practitioner in the GP system')
  .option('--mail <address>', 'where a doctor hears that the week’s overview is ready; "-" for nowhere')
  .action((options) => run(options.json, async () => (await commands.known()).known(options)));

command('looked', 'who looked at one patient, with names, as a file; the export is a line in the log first')
  .requiredOption('--sheet <sheet>', 'sheet of the colleague who makes it')
  .option('--dossier <id>', 'the number of the dossier')
  .option('--patient <id>', 'or the id of the patient in the GP system, with --dir')
  .option('--dir <dir>', 'state of the agent')
  .option('--format <format>', 'fhir (AuditEvents), csv or xml (the norm’s fields)', 'csv')
  .requiredOption('--out <file>', 'the file to make; one that is there is never written over')
  .action((options) => run(options.json, async () => (await commands.looked()).looked(options)));

command('said', 'write down what a patient said: an objection, or a consent that takes one back')
  .requiredOption('--dir <dir>', 'state of the agent')
  .requiredOption('--patient <id>', 'id of the patient in the GP system')
  .option('--objection', 'the patient does not want it')
  .option('--consent', 'the patient agrees')
  .option('--partner <organisation>', 'to this one organisation')
  .option('--category <role>', 'to every organisation of this kind, such as podiatrist')
  .option('--data <category>', 'for this category of data only')
  .option('--channel <channel>', 'desk, letter or portal', 'desk')
  .option('--by <person>', 'the colleague who heard it')
  .action((options) => run(options.json, async () => (await commands.said()).said(options)));

command('mitz-listen', 'take notifications of Mitz; each starts a sync that asks Mitz anew')
  .requiredOption('--dir <dir>', 'state of the agent')
  .requiredOption('--source <dir>', 'folder with the export')
  .requiredOption('--mitz <file>', 'settings of Mitz (docs/mitz.md)')
  .option('--mirror <dir>', "the practice's own copy of everything")
  .option('--port <n>', 'port', whole, 4802)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .action(async (options) => {
    const [{ mitzListen }, { sync }] = await Promise.all([commands.mitz(), commands.practice()]);
    await mitzListen({ ...options, sync: () => sync(options) });
  });

command('identity', 'under which number or name colleagues are known at Dezi or your own sign-on')
  .requiredOption('--dir <dir>', 'state of the agent')
  .option('--person <id>', 'the colleague; without it everybody is listed')
  .option('--issuer <issuer>', 'dezi, or the address of your own sign-on')
  .option('--subject <subject>', 'the number or name there')
  .action((options) => run(options.json, async () => (await commands.identity()).identity(options)));

command('desk', 'let colleagues sign on with Dezi or your own sign-on; stands in the practice')
  .requiredOption('--dir <dir>', 'state of the agent')
  .requiredOption('--config <file>', 'settings of the desk (docs/identity.md)')
  .requiredOption('--origin <origin...>', 'origins of the workplace')
  .option('--port <n>', 'port', whole, 4801)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .action(async (options) => (await commands.identity()).desk(options));

command('serve', 'run a vault')
  .requiredOption('--dir <dir>', 'data of the vault')
  .option('--port <n>', 'port', whole, 4800)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--origin <origin...>', 'origins under which the workplace is reached')
  .option(
    '--partner <origin...>',
    "origins of partners' vaults: their workplace may speak to this vault, and this one to theirs",
  )
  .option('--keyholders <origin...>', 'addresses of keyholders that the workplace may ask (docs/keyholder.md)')
  .option('--workplace <dir>', 'folder with the built workplace')
  .option('--assurance <practice=level...>', 'level of assurance that a practice asks for: substantial or high')
  .option('--desk <practice=origin...>', "where a practice's people sign on outside (docs/identity.md)")
  .option('--witness <url...>', 'addresses of outside cosigners that practices may name (docs/witness.md)')
  .action(async (options) => (await commands.vault()).serve(options));

command('fsck', 're-derive every root of a vault and name what is wrong')
  .requiredOption('--dir <dir>', 'data of the vault')
  .action((options) => run(options.json, async () => (await commands.vault()).check(options)));

const witness = command('witness', 'cosign the checkpoints of logs, as somebody outside their host (docs/witness.md)')
  .option('--config <file>', 'configuration: name, folder, logs')
  .action(async (options, self) =>
    options.config === undefined
      ? self.error('error: --config names the configuration')
      : (await commands.witness()).serve(options),
  );
witness
  .command('init')
  .description('make the keys of a witness and a configuration to fill in; prints its verifier keys')
  .requiredOption('--dir <dir>', 'empty folder for keys and database')
  .requiredOption('--name <name>', 'name of the witness: an address without scheme, as witness.example/w1')
  .option('--json', 'one JSON document on stdout')
  .action((_options, self) => {
    const options = self.optsWithGlobals();
    return run(options.json, async () => (await commands.witness()).init(options));
  });

const keyholder = command(
  'keyholder',
  "keep a piece of a practice's keys, as somebody outside their host (docs/keyholder.md)",
)
  .option('--config <file>', 'configuration: own address, folder, practices')
  .action(async (options, self) =>
    options.config === undefined
      ? self.error('error: --config names the configuration')
      : (await commands.keyholder()).serve(options),
  );
keyholder
  .command('init')
  .description('make the keys of a keyholder and a configuration to fill in; prints the card for the practice')
  .requiredOption('--dir <dir>', 'empty folder for keys and database')
  .requiredOption('--url <url>', 'address under which practices reach it')
  .option('--json', 'one JSON document on stdout')
  .action((_options, self) => {
    const options = self.optsWithGlobals();
    return run(options.json, async () => (await commands.keyholder()).init(options));
  });
keyholder
  .command('name')
  .description('name the keyholders of a practice: one owner proposes, a second person signs (docs/keyholder.md)')
  .requiredOption('--person <sheet>', 'sheet of the owner who proposes')
  .requiredOption('--second <sheet>', 'sheet of the second signer, who compared the same digits')
  .option('--need <n>', 'how many must answer at a look', whole)
  .option('--card <file...>', 'the cards of all keyholders, one file each')
  .option('--nobody', 'no keyholder is needed any more, once the next sync has sealed everything again')
  .option('--json', 'one JSON document on stdout')
  .action((_options, self) => {
    const options = self.optsWithGlobals();
    return run(options.json, async () => (await commands.keyholder()).name(options));
  });

program
  .command('ledger')
  .description('the log')
  .command('verify')
  .description('verify a log offline, as a stranger')
  .option('--json', 'one JSON document on stdout')
  .requiredOption('--dir <dir>', 'mirror folder of the practice')
  .action((options) => run(options.json, async () => (await commands.ledger()).verify(options)));

command(
  'breach',
  'what an incident laid open, the 72-hour clock, the form of the authority and letters (docs/spec/breach.md)',
)
  .requiredOption('--dir <dir>', 'state of the agent')
  .option('--mirror <dir>', "the practice's own copy of everything")
  .option('--ids', 'by which ids an incident can be named: people, devices, teams and their keys, keyholders')
  .option('--what <text>', 'what happened: opens a file in the register of breaches')
  .option('--aware <time>', 'when the practice became aware; now when left out')
  .option('--from <time>', 'begin of the window')
  .option('--until <time>', 'end of the window; now when left out')
  .option('--account <person...>', 'ids of people whose way in was used or could be')
  .option('--device <device...>', 'ids of devices')
  .option('--organisation <organisation...>', 'ids of other organisations')
  .option('--key <team=key...>', "teams' keys")
  .option('--keyholder <person...>', 'ids of keyholders whose pieces were in the same hands')
  .option('--backup <time>', 'a copy of the vault with its shares, as it stood then')
  .option('--anybody', 'nothing is known but the time')
  .option('--id <id>', 'a file that is there')
  .option('--supplement <text>', 'adds to it')
  .option('--reported <reference>', 'it was reported to the authority')
  .option('--close', 'it is closed')
  .option('--out <dir>', 'new folder for the form and the letters')
  .action((options) => run(options.json, async () => (await commands.breach()).breach(options)));

command(
  'destroy',
  'a patient asks that their copies be destroyed: decide, follow every copy (docs/spec/destruction.md)',
)
  .requiredOption('--dir <dir>', 'state of the agent')
  .option('--patient <id>', 'id of the patient in the GP system: records a decision')
  .option('--asked <date>', 'day of the request; today when left out')
  .option('--why <text>', 'in words of the practice; stays here')
  .option('--refuse <ground>', 'refused: other-person or legal-duty')
  .option('--mirror <dir>', "the practice's own copy of everything")
  .option('--person <sheet>', 'sheet of an owner')
  .option('--second <sheet>', 'sheet of the second signer')
  .option('--number <n>', 'a request that is there', whole)
  .option('--partner <organisation>', 'whose answer came')
  .option('--confirmed', 'they destroyed it')
  .option('--declined <text>', 'they keep something, and why')
  .option('--letters <dir>', 'writes the letters to partners who have not answered')
  .option('--allow', 'the patient asked to come back: a batch may name them again')
  .action((options) => run(options.json, async () => (await commands.destroy()).destroy(options)));

command('backups', 'write down how long backups live, as the host and the practice say (docs/hosts.md)')
  .requiredOption('--dir <dir>', 'state of the agent')
  .requiredOption('--host <days>', "the host's, at most 30", whole)
  .requiredOption('--practice <days>', "the practice's own, at most 30", whole)
  .action((options) => run(options.json, async () => (await commands.destroy()).backups(options)));

command('drill', 'put a backup back, or open the own copy with the sheets: what would it bring back? (docs/hosts.md)')
  .requiredOption('--dir <dir>', 'state of the agent')
  .requiredOption('--mirror <dir>', "the practice's own copy of everything")
  .option('--backup <dir>', 'a copy of the data of the vault; it is not changed')
  .option('--sheets <file...>', 'instead: recovery and exit sheets, which open the own copy without a host')
  .option('--person <sheet>', 'sheet of the colleague who signs for the sheets in the log')
  .option('--copy <dir>', 'a backup of the own copy, in place of the own copy itself')
  .action((options) => run(options.json, async () => (await commands.drill()).drill(options)));

command('restored', 'after a restore: say which checkpoints others hold, so that nobody is served from an older log')
  .requiredOption('--dir <dir>', 'data of the vault')
  .requiredOption('--newest <file...>', "checkpoint of each practice's own copy (log/checkpoint)")
  .action((options) => run(options.json, async () => (await commands.drill()).restored(options)));

command('findings', 'what became of every finding, for an inspector; the export is a line in the log first')
  .requiredOption('--sheet <sheet>', 'sheet of the log officer who gives it along')
  .option('--words', 'with what officers wrote')
  .requiredOption('--out <file>', 'the file to make; one that is there is never written over')
  .action((options) => run(options.json, async () => (await commands.findings()).findings(options)));

command('inspect', 'the pack for an inspector, in the order of their questions (docs/inspector.md)')
  .option('--dir <dir>', 'state of the agent')
  .option('--mirror <dir>', "the practice's own copy of everything")
  .option('--out <dir>', 'new folder')
  .option('--texts <dir>', 'the texts that patients were given, each file named by its version')
  .option(
    '--patient <id>',
    'number in the GP system of the one patient that is asked about; it does not reach the pack',
  )
  .option('--findings <file>', 'what became of each finding, as a log officer gave it along (findings)')
  .option('--check <dir>', 'a pack: is everything in it as it was signed?')
  .action((options) => run(options.json, async () => (await commands.inspect()).inspect(options)));

command('bench', 'our figures beside the nearest peers, in one run')
  .option('--only <name...>', 'these parts only: read, sync, later, look, browser, inspect, ledger, review')
  .option('--source <dir>', 'data for reading, as NDJSON')
  .option('--full', 'a million entries in the ledger instead of a hundred thousand')
  .action((options) => lab('bench', options));

command('hammer', 'looks, notes, removals and syncs at once against a vault process; every answer is checked')
  .option('--seconds <n>', 'how long', whole)
  .option('--patients <n>', 'size of the fictional practice', whole)
  .option('--seed <seed>', 'another order of things')
  .action((options) => lab('hammer', options));

command('attack', 'play the attack suite')
  .option('--only <name>', 'attacks whose name contains this')
  .action((options) => lab('attack', options));

command(
  'review',
  'review every look of a simulated year; a practice reviews its own log in the workplace, where it opens',
)
  .requiredOption('--demo', 'on the simulated year: 100 colleagues, 50,000 looks, planted cases')
  .option('--seed <seed>', 'another year')
  .action((options) => lab('review', options));

await program.parseAsync();
