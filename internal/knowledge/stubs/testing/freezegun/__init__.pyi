# Facts: FreezeGun README.
from freezegun.api import freeze_time as freeze_time
