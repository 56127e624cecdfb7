// Fails early, with advice, when a script runs under a Node that cannot run TypeScript sources.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`mlmodel needs Node 22.18 or newer; this is ${process.version}.`);
  console.error('Run "npm ci" without --ignore-scripts: it brings the pinned Node, and npm scripts use it.');
  process.exit(1);
}
