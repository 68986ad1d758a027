import { createHash } from 'node:crypto';
import type { ComponentChildren } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import { CLIENT } from './client.js';
import { STYLE } from './style.js';

/**
 * A page as one HTML file: no request leaves it, whatever stands in the data. The policy allows this one script by its
 * digest, and nothing else to run or load.
 */
export function htmlDocument(title: string, body: ComponentChildren): string {
  const hash = createHash('sha256').update(CLIENT).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const html = renderToStaticMarkup(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>{`seebench ${title}`}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        {body}
        <script dangerouslySetInnerHTML={{ __html: CLIENT }} />
      </body>
    </html>,
  );
  return `<!doctype html>\n${html}\n`;
}
