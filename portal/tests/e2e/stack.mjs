// The running stack, as `make up` describes it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
const local = resolve(root, process.env.INVITE_LOCAL_DIR ?? '.local');

export const stack = JSON.parse(readFileSync(resolve(local, 'outputs.json'), 'utf8'));
export const portal = `${stack.PortalUrl}/`;
export const officer = stack.DemoOfficers.find(({ role }) => role === 'officer');
export const other = stack.DemoOfficers.filter(({ role }) => role === 'officer')[1];
export const colleague = stack.DemoOfficers.filter(({ role }) => role === 'officer')[2];
export const vendor = stack.DemoOfficers.find(({ role }) => role === 'vendor');

/** The mails that the emulator took for SES, oldest first. */
export async function mailsTo(address) {
  const answer = await fetch(`${stack.AwsEndpointUrl}/_ministack/ses/messages`);
  const { messages } = await answer.json();
  return Object.values(messages)
    .flat()
    .filter((mail) => JSON.stringify(mail).includes(address));
}

/** The link in the latest mail to an address that has one, once there is one. */
export const linkFor = (address) =>
  found(address, (mails) =>
    mails
      .map((mail) => /https?:\/\/[^\s"<\\]+\/accept#[0-9a-f]+/.exec(JSON.stringify(mail))?.[0])
      .filter(Boolean)
      .at(-1),
  );

/** The code in the latest mail that has one for an address, as `123 456`, once there are so many of these mails. */
export const codeFor = (address, count = 1) =>
  found(address, (mails) => {
    const codes = mails.filter(({ Subject }) => Subject === 'Your code to accept the invitation to TechPass');
    return codes.length < count ? undefined : /\b\d{3} \d{3}\b/.exec(codes.at(-1).BodyText)?.[0];
  });

/** What is looked for in the mails to an address, as soon as it is there. */
async function found(address, look) {
  for (let turn = 0; turn < 100; turn += 1) {
    const text = look(await mailsTo(address));
    if (text) return text;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`no such mail to ${address}`);
}

/** An address that no other run has used. */
export const fresh = (name, domain = 'example-agency.gov.sg') =>
  `${name}.${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}@${domain}`;
