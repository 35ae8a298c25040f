// The highest memory that this process held. `maxRSS` would count the parent's from before the start.
const fs = require("node:fs");

exports.peakKb = () => Number(/^VmHWM:\s+(\d+)/m.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]);
