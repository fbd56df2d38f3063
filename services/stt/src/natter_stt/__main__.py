"""``python -m natter_stt`` runs the service."""

from natter_stt.main import main

if __name__ == "__main__":
    main()
