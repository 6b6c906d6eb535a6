// The player alone, within a page of somebody else.

import "./player.js";
import "./shortcuts.js";
