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

/** The link in the latest mail to an address, once there is one. */
export async function linkFor(address) {
  for (let turn = 0; turn < 100; turn += 1) {
    const found = /https?:\/\/[^\s"<\\]+\/accept#[0-9a-f]+/.exec(JSON.stringify((await mailsTo(address)).at(-1) ?? ''));
    if (found) return found[0];
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`no mail to ${address}`);
}

/** An address that no other run has used. */
export const fresh = (name, domain = 'example-agency.gov.sg') =>
  `${name}.${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}@${domain}`;
