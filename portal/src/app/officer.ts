import { ask, type Schemas } from '../api/client';

/** The signed-in officer, as the API knows them. */
export let officer: Schemas['MeBody'];

export async function loadOfficer(): Promise<void> {
  officer = (await ask('get', '/api/me')).body;
}
