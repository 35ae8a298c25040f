import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../shared/domain/src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.rs'));

/** The service's rules in Rust, whatever file they are in: its states and codes are named there. */
export const domain = files.map((path) => readFileSync(resolve(root, path), 'utf8')).join('\n');
