"""Print the API's description, from which the pages' types are generated."""

import json
import sys

from loopwright.web.app import create_api


def main() -> None:
    """Write the OpenAPI document to standard output."""
    json.dump(create_api().openapi(), sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
