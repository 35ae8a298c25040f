/** The settings of the stage: `config.json`, written by the `portal` function. */
export interface Config {
  readonly authority: string;
  readonly clientId: string;
  readonly signInUrl: string;
  readonly supportAddress: string;
  /** Where a service request is raised: for SEED by vendors, and for domains that are not allowed yet. */
  readonly serviceRequestUrl: string;
  readonly officialMasthead: boolean;
}

/** The address of this portal, with a slash at its end and nothing behind it. */
export const home = new URL('.', location.href.split(/[?#]/)[0]).href;

export let config: Config;

export async function loadConfig(): Promise<void> {
  const answer = await fetch(`${home}config.json`, { cache: 'no-store' });
  if (!answer.ok) throw new Error('no config');
  config = (await answer.json()) as Config;
}
