# SPDX-License-Identifier: Apache-2.0
"""Addresses of invented people by Python's Faker, one a line: names by their frequency, patterns and domains its own."""

import sys

from faker import Faker

count, seed = int(sys.argv[1]), int(sys.argv[2])
Faker.seed(seed)
fake = Faker("en_US")
for _ in range(count):
    print(fake.free_email())
