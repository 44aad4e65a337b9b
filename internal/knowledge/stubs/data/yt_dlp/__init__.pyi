# Facts: yt-dlp documentation, "Embedding yt-dlp".
from yt_dlp.YoutubeDL import YoutubeDL as YoutubeDL
