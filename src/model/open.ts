/**
 * A source of {@link loadModel} as model files.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { ModelFiles } from '../mlmodel/files.ts';

/**
 * Files of a path, a `file:` URL or what already is ModelFiles. The file system is imported only where it is needed.
 * @throws ModelError MODEL_URI_UNSUPPORTED, MODEL_NOT_FOUND
 */
export async function openModelFiles(source: string | URL | ModelFiles): Promise<ModelFiles> {
  if (typeof source === 'object' && 'read' in source) return source;
  const { openDirectory } = await import('../mlmodel/directory.ts');
  return openDirectory(pathOf(source));
}

function pathOf(source: string | URL): string {
  const text = String(source);
  // A scheme has two letters or more: `C:\models` is a path.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return text;
  if (scheme !== 'file') throw new ModelError('MODEL_URI_UNSUPPORTED', { uri: `${scheme}:` });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A percent-encoded separator would name another file than it shows.
  if (url === undefined || (url.hostname !== '' && url.hostname !== 'localhost') || /%2f|%5c|%00/i.test(url.pathname)) {
    throw new ModelError('MODEL_URI_UNSUPPORTED', { uri: 'this file: URL' });
  }
  const path = decodeURIComponent(url.pathname);
  return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
}
