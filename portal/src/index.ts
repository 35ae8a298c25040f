import { authorise } from './api/client';
import { loadConfig } from './config';
import './shell/portal-app';
import { session, startSession } from './app/session';

// The order matters: the settings name the sign-in, and the frame needs to know who is there.
async function start(): Promise<void> {
  await loadConfig();
  startSession();
  authorise(session);
  const route = await session.resume();
  if (route) history.replaceState(null, '', route);
  document.body.replaceChildren(document.createElement('portal-app'));
}

start().catch(() => {
  document.body.replaceChildren(
    'Invite users cannot be loaded at the moment. Check your connection, then load the page again.',
  );
});
