"""The demo forum: the fourth German-Russian youth forum with its nine city teams. Its content is content.json."""
