import { loadConfig } from './config';
import './pages/accept/page';

const FAILED =
  'This page cannot be loaded at the moment. Check your connection, then load it again. Your invitation is not lost.';

loadConfig().then(
  () => document.body.replaceChildren(document.createElement('accept-page')),
  () => document.body.replaceChildren(FAILED),
);
