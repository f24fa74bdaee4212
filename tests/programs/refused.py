REASONS = {}
UNTOLD = set()
