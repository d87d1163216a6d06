# SPDX-License-Identifier: Apache-2.0
"""As numbers.js, with the port of libphonenumber to Python: numbers.py PACKAGES NUMBERS."""

import json
import sys
import time

sys.path.insert(0, sys.argv[1])
import phonenumbers  # noqa: E402

with open(sys.argv[2], encoding="utf-8") as file:
    cells = [line.rstrip("\n").split("\t", 1) for line in file.read().split("\n")[:-1]]

started, cpu = time.perf_counter(), time.process_time()
numbers = 0
for country, text in cells:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        continue
    if phonenumbers.is_possible_number(number):
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        numbers += 1
print(json.dumps({"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - started, "numbers": numbers}))
