import type { components } from '../../src/api/schema';
import { LIMITS } from './description';

/** The officer that `GET /me` tells of, with the limits of the description. */
export const officerOf = (): components['schemas']['MeBody'] => ({
  id: 'ada',
  email: 'ada@example-agency.gov.sg',
  persona: 'officer',
  agencyDomain: 'example-agency.gov.sg',
  limits: LIMITS,
  seed: { state: 'NOT_REQUIRED', label: 'Not Required' },
});
