#!/usr/bin/env node
'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`mlmodel needs Node 22.18 or newer; this is ${process.version}.`);
  process.exit(1);
}
require('node:module').enableCompileCache?.();
import('../dist/cli/main.js').catch((error) => {
  console.error(error);
  process.exit(1);
});
